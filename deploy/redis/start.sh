#!/bin/sh
# Starts Redis with its password, which never stands in an argument. Messages may be lost at any time: nothing goes to disk.
set -eu
rm -f /tmp/password.conf
(umask 377 && printf 'requirepass %s\n' "$(cat /run/secrets/redis_password)" > /tmp/password.conf)
exec redis-server /tmp/password.conf --bind 0.0.0.0 --protected-mode no --save '' --appendonly no --dir /tmp --maxmemory 192mb
