package importer

import "strings"

// reasons say why a key of a Compose file has no counterpart, by its last word.
var reasons = map[string]string{
	"networks":          "there are no networks to write: each service reaches what it calls, and nothing else",
	"volumes":           "a process has no volumes: it sees the files of this machine, and what an image keeps stays with the image",
	"configs":           "configuration files are not handed out yet",
	"secrets":           "secrets are not handed out as files yet",
	"restart":           "what Banyan runs is started again when it ends, with growing pauses",
	"labels":            "labels are for other tools",
	"logging":           "Banyan keeps the lines of all services: banyan logs",
	"deploy":            "how containers are placed and limited is not Banyan's",
	"resources":         "processes are not limited yet",
	"args":              "the arguments are those of building an image",
	"cache_from":        "it is about building an image",
	"platforms":         "it is about building an image",
	"extends":           "what it takes from elsewhere is not put in: write it out in the Compose file and import again",
	"include":           "other Compose files are not read: write one with docker compose config",
	"user":              "a process runs as you",
	"privileged":        "a process has the rights that you have",
	"cap_add":           "a process has the rights that you have",
	"cap_drop":          "a process has the rights that you have",
	"security_opt":      "a process has the rights that you have",
	"read_only":         "a process sees the file system of this machine",
	"tmpfs":             "a process sees the file system of this machine",
	"shm_size":          "it is about containers",
	"ulimits":           "a process has the limits of this shell",
	"mem_limit":         "processes are not limited yet",
	"cpus":              "processes are not limited yet",
	"sysctls":           "it is about containers",
	"init":              "Banyan's keeper is the first process already",
	"tty":               "it is about a container's terminal",
	"stdin_open":        "it is about a container's terminal",
	"pull_policy":       "Banyan pulls no images",
	"platform":          "a process is of this machine",
	"network_mode":      "there are no networks to write: each service reaches what it calls, and nothing else",
	"extra_hosts":       "names are those of this machine",
	"dns":               "names are those of this machine",
	"external_links":    "what another application runs is an external: write its address",
	"stop_signal":       "what Banyan stops gets SIGTERM",
	"start_interval":    "there is one interval between probes",
	"update_config":     "how a new version takes over is Banyan's: instances are replaced one by one",
	"rollback_config":   "a version that does not become ready does not take over",
	"restart_policy":    "what Banyan runs is started again when it ends, with growing pauses",
	"mode":              "how containers are placed is not Banyan's",
	"placement":         "how containers are placed is not Banyan's",
	"tmpfs_mode":        "it is about containers",
	"app_protocol":      "Banyan asks a service once what it speaks",
	"host_ip":           "the gateway listens on loopback; write gateway.listen to change it",
	"post_start":        "hooks are not there yet",
	"pre_stop":          "hooks are not there yet",
	"depends_on":        "what is external declares no calls",
	"env_file":          "it configures the image, which Banyan does not run",
	"profiles":          "every service is imported",
	"attach":            "Banyan keeps the lines of all services: banyan logs",
	"gpus":              "a process sees the devices of this machine",
	"devices":           "a process sees the devices of this machine",
	"driver":            "it is about containers",
	"dockerfile_inline": "a Dockerfile within the Compose file is not read",
}

// reason is the sentence for a key that nobody asked for.
func reason(path, key string) string {
	if strings.HasPrefix(key, "x-") {
		return "an extension means nothing by itself; what was merged from it is where it was merged"
	}
	if why, is := reasons[key]; is {
		return why
	}
	if strings.HasPrefix(path, "networks.") || strings.HasPrefix(path, "volumes.") {
		return reasons[path[:strings.IndexByte(path, '.')]]
	}
	if strings.Contains(path, ".build.") {
		return "it is about building an image"
	}
	return "Banyan has no counterpart"
}
