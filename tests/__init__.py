"""The specification of the app, as tests."""
