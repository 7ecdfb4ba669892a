package node

import (
	"time"

	"github.com/banyan-run/banyan/internal/reconcile"
	"github.com/banyan-run/banyan/internal/supervise"
)

// means are what the loop works with. What a build writes is a line of the service like others.
func (b body) means(instances *supervise.Supervisor) reconcile.Means {
	return reconcile.Means{
		Instances: instances, Builder: reconcile.NewBuilder(b.state.path("hashes.json")), Expect: b.registry.Expect,
		Journal: b.sight.journal, Folder: b.state.root, Run: b.link.Run(), Wish: b.options.Wish, Environ: b.options.Environ, Secrets: b.sight.secrets,
		Tasks: b.tasks,
		Output: func(service, stream string, line []byte) {
			b.sight.recorder.Output(service, "", stream, append(line[:len(line):len(line)], '\n'), time.Now())
		},
	}
}
