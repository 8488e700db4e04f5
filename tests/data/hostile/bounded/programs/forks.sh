#!/bin/sh
# Children in the group, in a session of their own, without a parent, with open pipes.
for n in 1 2 3 4 5; do
  sleep "$1" &
  setsid sleep "$1" &
  (setsid sleep "$1" >/dev/null 2>&1 &)
done
echo 1
