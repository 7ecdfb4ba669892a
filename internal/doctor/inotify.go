package doctor

import (
	"context"
	"errors"
	"fmt"
)

// inotify is how many a user may have (inotify(7)).
type inotify struct{ watches, instances int }

// enough watches for a large tree beside an editor that watches too.
const enoughWatches = 65536

// watches looks whether the folders of the services can be watched. count is the number of folders below one.
func watches(limits func() (inotify, error), count func(ctx context.Context, folder string) int) Check {
	return Check{Name: "watching", Why: "at the limit a saved source is not seen, and the service is not built again", Look: func(ctx context.Context, s Subject) []Result {
		is, err := limits()
		switch {
		case errors.Is(err, errors.ErrUnsupported):
			return fine("this system has no inotify: each watched file takes one open file instead")
		case err != nil:
			return failed(fmt.Sprintf("this kernel has no inotify: %s", cause(err)), "banyan up --no-watch")
		}
		folders, services := watched(ctx, s, count)
		switch {
		case ctx.Err() != nil:
			return warning(fmt.Sprintf("%d folders are allowed; those of the services could not be counted in time", is.watches), "name what is to be watched: watch: {paths: [\"src/**\"]}")
		case is.instances <= services:
			return failed(fmt.Sprintf("%d watchers are allowed, and %s take one each, beside the file's", is.instances, counted(services, "service")), sysctl("max_user_instances", 1024))
		case is.watches <= folders:
			return failed(fmt.Sprintf("%d watched folders are allowed, and the services have up to %d", is.watches, folders), sysctl("max_user_watches", 8*enoughWatches))
		case is.watches < enoughWatches && is.watches < 4*folders:
			return warning(fmt.Sprintf("%d watched folders are allowed, the services have up to %d, and editors take some too", is.watches, folders), sysctl("max_user_watches", 8*enoughWatches))
		case is.instances < 2*services+16:
			return warning(fmt.Sprintf("%d watchers are allowed, the services take %d, and editors take some too", is.instances, services), sysctl("max_user_instances", 1024))
		}
		return fine("%d folders and %d watchers are allowed; up to %d and %d are needed", is.watches, is.instances, folders, services+1)
	}}
}

func sysctl(name string, value int) string {
	return fmt.Sprintf("sudo sysctl fs.inotify.%s=%d; to keep it: echo fs.inotify.%[1]s=%[2]d | sudo tee /etc/sysctl.d/60-banyan.conf", name, value)
}

// watched counts the folders of all services that are watched; one folder of two services is watched twice.
func watched(ctx context.Context, s Subject, count func(context.Context, string) int) (folders, services int) {
	counts := map[string]int{}
	for _, service := range servicesOf(s) {
		if !service.Watch.On {
			continue
		}
		if _, known := counts[service.Dir]; !known {
			counts[service.Dir] = count(ctx, service.Dir)
		}
		folders += counts[service.Dir]
		services++
	}
	return folders, services
}
