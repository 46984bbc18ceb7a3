"""Where push cannot be: the card of each day as a calendar, an Atom feed and a JSON feed, all text.

    choices (an address) -> calendar, syndication, screen

All that a reader chooses is in the address. Nothing is stored, and no clock is looked at.
"""
