package manifest

// Service is a host that the agent reaches over the machine's own loopback: a proxy
// outside the sandbox passes its requests on and adds a credential that the agent
// never sees.
type Service struct {
	// Host that requests are passed on to, over https; with a port that is not 443 after a colon.
	Host ServiceHost `json:"host"`
	// Methods of the requests that are passed on.
	Methods []HTTPMethod `json:"methods" jsonschema_extras:"x-merge=set,x-minItems=1,x-maxItems=8"`
	// Paths of the requests that are passed on; * stands for a part of a name, ** for all that is below.
	Paths []ServicePath `json:"paths" jsonschema_extras:"x-merge=set,x-minItems=1,x-maxItems=64"`
	// Credential that is added to each request; absent for none.
	Auth *ServiceAuth `json:"auth,omitzero"`
	// Program in the sandbox that is pointed at the service; absent for none.
	For *ServiceFor `json:"for,omitzero"`
}

// ServiceAuth is a credential in a header. A header of the same name that the agent
// sends is dropped.
type ServiceAuth struct {
	// Header that carries the credential.
	Header HeaderName `json:"header" jsonschema_extras:"default=Authorization"`
	// Reference to the secret, or text with secrets.
	Value SecretText `json:"value"`
}

// HostCommand is a command that runs outside the sandbox, with the rights of the
// user. Each call is asked about and logged; the agent chooses nothing of it.
type HostCommand struct {
	// Program and arguments, exactly as they run: the program is an absolute path or a name on the user's PATH.
	Command []Argument `json:"command" jsonschema_extras:"x-merge=replace,x-minItems=1,x-maxItems=256"`
	// Why the agent needs it; shown when it is asked about.
	Reason *Line `json:"reason,omitzero"`
}

type (
	// ServiceHost is a host name in small letters, with a port or without.
	ServiceHost string
	// ServicePath is a path of requests, decoded and with wildcards.
	ServicePath string
	// HTTPMethod is the method of a request.
	HTTPMethod string
	// ServiceFor is a program that can be pointed at a service.
	ServiceFor string
)

const (
	label       = `[a-z0-9]([a-z0-9-]*[a-z0-9])?`
	portPattern = `([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])`
	pathSegment = `[.]?[A-Za-z0-9_~+,;=:@!*-][A-Za-z0-9._~+,;=:@!*-]*`
)

func (ServiceHost) Constraint() Constraint {
	return Constraint{Pattern: `^` + label + `([.]` + label + `)*(:` + portPattern + `)?$`, MaxLength: 260}
}
func (ServicePath) Constraint() Constraint {
	return Constraint{Pattern: `^/(` + pathSegment + `(/` + pathSegment + `)*/?)?$`, MaxLength: 512}
}
func (HTTPMethod) Constraint() Constraint {
	return oneOf("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
}
func (ServiceFor) Constraint() Constraint { return oneOf("git", "gh", "npm", "pip", "cargo", "go") }
