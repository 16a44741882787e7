"""What the models of services need of the host that they are plugged into, and what it gives them.

``ports`` says what that is; the rest implements it over the wall clock and an AWS endpoint.
"""
