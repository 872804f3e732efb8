#!/bin/sh
# Whether Redis answers to its password.
REDISCLI_AUTH=$(cat /run/secrets/redis_password) redis-cli ping | grep -q PONG
