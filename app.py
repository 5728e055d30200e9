"""The dashboard: `streamlit run app.py`."""

# A worker process imports this file under another name; it must not draw the page again.
if __name__ == "__main__":
    from gaitcheck.dashboard.page import show

    show()
