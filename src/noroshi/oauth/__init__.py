"""Sign-in and access tokens for mail: a person signs in once, tokens are then always at hand.

Start with `tokens.TokenSource`. `account` says where to ask, `provider` is the seam behind
which a library does the asking, `redirect_url` reads what a person pastes, `errors.explain`
says what a refusal means.
"""
