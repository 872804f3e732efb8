#!/bin/sh
# Whether there is a backup that is younger than a day and an hour.
find /backups -name 'hailong-*.tar.gz*' -mmin -1500 | grep -q .
