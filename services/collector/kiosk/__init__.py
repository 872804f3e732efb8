"""The kiosk: a page that a clerk installs on a shared device, and that takes ballots for hours without a network.

The server gives out what is asked (`content`), the page (`shell`) and a service worker that keeps all of it (`precache`). What
happens on the device is in `static/kiosk`.
"""
