"""The daily push: from a due row to an answer of the push service.

    dispatch -> message, encryption, vapid -> transport -> outcome

Nothing outside this package talks to a push service.
"""
