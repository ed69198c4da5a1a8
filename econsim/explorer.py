"""The explorer's script where econsim is installed: `econsim app` runs it. In the source tree that is `app.py`."""

from econsim.web.navigation import run

if __name__ == "__main__":  # Streamlit runs the file
    run()
