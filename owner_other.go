//go:build !unix

package main

import "os"

// giveTo does nothing here: files belong to who may write into their folder.
func giveTo(*os.File, string) error { return nil }
