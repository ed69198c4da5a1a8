"""The explorer's pages, one file each; Streamlit runs them as scripts."""
