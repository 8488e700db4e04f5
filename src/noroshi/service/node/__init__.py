"""Operations on the node: backup, vault, secrets, and jobs that report in."""
