"""Sign-in and access tokens for mail: a person signs in once, tokens are then always at hand.

Start with `tokens.TokenSource`. `clouds` says where to ask, `provider` is the seam behind
which a library does the asking, `pasted` reads what a person pastes, `advice` says what a
refusal means.
"""
