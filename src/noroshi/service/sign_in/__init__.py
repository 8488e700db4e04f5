"""Operations of sign-in: accounts authorized, certificates, probes of credentials."""
