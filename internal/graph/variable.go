package graph

import (
	"net"
	"strings"
)

// EnvName is a service's name as part of a variable: `orders-next` is ORDERS_NEXT.
func EnvName(service string) string {
	return strings.ToUpper(strings.ReplaceAll(service, "-", "_"))
}

// CallVariables are the variables that a declared call to callee at address (host:port) gives its caller, in a fixed
// order: ours, .NET's service discovery, and Kubernetes' service variables.
func CallVariables(callee, address string) []Variable {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		host, port = address, ""
	}
	name := EnvName(callee)
	return []Variable{
		{Name: name + "_URL", Value: "http://" + address},
		{Name: name + "_ADDR", Value: address},
		{Name: "services__" + callee + "__http__0", Value: "http://" + address},
		{Name: name + "_SERVICE_HOST", Value: host},
		{Name: name + "_SERVICE_PORT", Value: port},
	}
}

// PlatformVariables are the names that the platform itself sets for every service.
func PlatformVariables() []string {
	return []string{
		"PORT", "HOST", "OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES",
		"BANYAN_RUN", "BANYAN_APP", "BANYAN_SERVICE", "BANYAN_INSTANCE",
	}
}
