"""A record of a JSON file, as the readers of JSON check it."""

import msgspec


class AnyObject(msgspec.Struct, gc=False):
    """Any JSON object: its syntax is checked and nothing of it is kept.

    Bytes within strings are not looked at: whether they are UTF-8 is another question.
    """
