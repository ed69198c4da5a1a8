"""The explorer: a policy simulator in the browser. `docs/explorer.md` says how a page is made."""
