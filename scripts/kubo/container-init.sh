#!/bin/sh
# What scripts/local_kubo.py sets on its own node, for the container's: no bootstrap peers, no routing, no gateway.
set -eu
ipfs bootstrap rm --all
ipfs config Routing.Type none
ipfs config --json Addresses.Gateway '[]'
ipfs config --json Provide.Enabled false
