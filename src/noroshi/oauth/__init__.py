"""Sign in once, and keep access tokens for mail at hand.

Start with `tokens.TokenSource`. `account` says where to ask, `provider` is the seam behind
which a library does the asking, `redirect_url` reads what a person pastes,
`errors.error_explanation` says what a refusal means.
"""
