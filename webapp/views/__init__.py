"""The routes: each blueprint is made by a function that takes what it needs."""
