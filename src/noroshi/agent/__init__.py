"""The agent's side of the link: join a hub, keep the link to it, take its configuration.

It only dials out. What the hub sends is checked and brought into force by `service`, like the
definitions of a person.
"""
