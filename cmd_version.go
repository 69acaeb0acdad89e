package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// versionCmd says which version this is.
type versionCmd struct{}

// Run implements the command.
func (versionCmd) Run(e *env) error {
	version, revision := programVersion(), "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = s.Value
			}
		}
	}
	_, err := fmt.Fprintf(e.out, "genjin %s (%s, %s %s/%s)\n", version, revision, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// programVersion is the version that the module was built as.
func programVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "devel"
}
