#!/bin/sh
# Starts mongod as a member of the replica set rs0. The key file must belong to the server and be readable by nobody else.
set -eu
rm -f /tmp/key
(umask 377 && cp /run/secrets/mongodb_key /tmp/key)
exec mongod --replSet rs0 --bind_ip_all --dbpath /data/db --keyFile /tmp/key --quiet \
  --setParameter transactionLifetimeLimitSeconds=10
