package importer

import (
	"path"
	"strings"
)

// product is what is known of an image that others publish.
type product struct {
	name string
	port int
	// opaque says that it speaks something else than HTTP; page that people open it in a browser.
	opaque, page bool
	// instead is what of Banyan takes its place, "" when nothing does.
	instead string
}

// products are the images that stand in many Compose files, by the last part of their name.
var products = []product{
	{name: "postgres", port: 5432, opaque: true}, {name: "postgis", port: 5432, opaque: true}, {name: "postgresql", port: 5432, opaque: true},
	{name: "pgvector", port: 5432, opaque: true}, {name: "timescaledb", port: 5432, opaque: true}, {name: "cockroach", port: 26257, opaque: true},
	{name: "mysql", port: 3306, opaque: true}, {name: "mariadb", port: 3306, opaque: true}, {name: "percona", port: 3306, opaque: true},
	{name: "server", port: 1433, opaque: true}, {name: "mongo", port: 27017, opaque: true}, {name: "mongodb", port: 27017, opaque: true},
	{name: "cassandra", port: 9042, opaque: true}, {name: "redis", port: 6379, opaque: true}, {name: "valkey", port: 6379, opaque: true},
	{name: "redis-stack", port: 6379, opaque: true}, {name: "keydb", port: 6379, opaque: true}, {name: "memcached", port: 11211, opaque: true},
	{name: "rabbitmq", port: 5672, opaque: true}, {name: "kafka", port: 9092, opaque: true}, {name: "cp-kafka", port: 9092, opaque: true},
	{name: "redpanda", port: 9092, opaque: true}, {name: "zookeeper", port: 2181, opaque: true}, {name: "cp-zookeeper", port: 2181, opaque: true},
	{name: "eclipse-mosquitto", port: 1883, opaque: true}, //nolint:misspell // it is called so
	{name: "nats", port: 4222, opaque: true}, {name: "emqx", port: 1883, opaque: true}, {name: "activemq", port: 61616, opaque: true},
	{name: "logstash", port: 5044, opaque: true}, {name: "fluentd", port: 24224, opaque: true}, {name: "fluent-bit", port: 24224, opaque: true},
	{name: "etcd", port: 2379}, {name: "consul", port: 8500, instead: "discovery is the mesh's"}, {name: "vault", port: 8200},
	{name: "elasticsearch", port: 9200}, {name: "opensearch", port: 9200}, {name: "kibana", port: 5601, page: true},
	{name: "clickhouse-server", port: 8123}, {name: "couchdb", port: 5984}, {name: "influxdb", port: 8086}, {name: "solr", port: 8983},
	{name: "meilisearch", port: 7700}, {name: "minio", port: 9000}, {name: "localstack", port: 4566}, {name: "keycloak", port: 8080, page: true},
	{name: "mailhog", port: 1025, opaque: true}, {name: "mailpit", port: 1025, opaque: true}, {name: "maildev", port: 1025, opaque: true},
	{name: "wordpress", port: 80, page: true}, {name: "ghost", port: 2368, page: true}, {name: "nextcloud", port: 80, page: true},
	{name: "adminer", port: 8080, page: true}, {name: "phpmyadmin", port: 80, page: true}, {name: "pgadmin4", port: 80, page: true},
	{name: "grafana", port: 3000, page: true, instead: "banyan top and banyan dashboard show the same of what passes Banyan"},
	{name: "prometheus", port: 9090, instead: "banyan top and the gateway's metrics show the same of what passes Banyan"},
	{name: "all-in-one", port: 16686, instead: "banyan trace shows every request without instrumentation"},
	{name: "jaeger", port: 16686, instead: "banyan trace shows every request without instrumentation"},
	{name: "zipkin", port: 9411, instead: "banyan trace shows every request without instrumentation"},
	{name: "nginx", port: 80, page: true, instead: "the gateway routes; what its own configuration says is not read"},
	{name: "nginx-proxy", port: 80, instead: "the gateway routes; what its own configuration says is not read"},
	{name: "traefik", port: 80, instead: "the gateway routes; what its labels and configuration say is not read"},
	{name: "haproxy", port: 80, page: true, instead: "the gateway routes; what its own configuration says is not read"},
	{name: "caddy", port: 80, page: true, instead: "the gateway routes; what its own configuration says is not read"},
	{name: "envoy", port: 10000, page: true, instead: "the gateway routes; what its own configuration says is not read"},
}

// languages are images that run a folder of this machine: with a command and a folder, they are a process.
var languages = []string{
	"node", "python", "ruby", "golang", "php", "openjdk", "eclipse-temurin", "amazoncorretto", "maven", "gradle", "rust", "elixir", "deno", "bun", "sdk", "rails",
}

// repository is the last part of an image's name, without tag and digest.
func repository(image string) string {
	image, _, _ = strings.Cut(image, "@")
	last := path.Base(image)
	last, _, _ = strings.Cut(last, ":")
	return strings.ToLower(last)
}

func known(image string) product {
	name := repository(image)
	for _, p := range products {
		if p.name == name && (name != "server" || strings.Contains(image, "mssql")) {
			return p
		}
	}
	return product{}
}
