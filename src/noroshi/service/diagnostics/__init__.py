"""Operations of the doctor: routes and the computer examined stage by stage."""
