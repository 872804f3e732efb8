#!/bin/sh
# Starts Redis with its password, which never stands in an argument. Messages may be lost at any time: nothing goes to disk.
set -eu
printf 'requirepass %s\n' "$(cat /run/secrets/redis_password)" |
  redis-server - --bind 0.0.0.0 --protected-mode no --save '' --appendonly no --dir /tmp --maxmemory 192mb
