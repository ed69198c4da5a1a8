"""The explorer: `streamlit run app.py`, or `econsim app`. The pages are in econsim/web/pages."""

from econsim.web.navigation import run

run()
