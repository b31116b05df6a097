//go:build tool

// Package kubo names the program this module is here to build.
package kubo

import _ "github.com/ipfs/kubo/cmd/ipfs"
