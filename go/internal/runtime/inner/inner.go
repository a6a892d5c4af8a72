// Package inner is the first process of a sandbox: the leader of the session, which
// starts the agent program in the foreground, passes signals on, and carries its
// connections to the services of the Pod.
package inner

// Spec is what it is told over its control socket, as JSON.
type Spec struct {
	// Argv is the program with its arguments, and Env its whole environment.
	Argv []string `json:"argv"`
	Env  []string `json:"env"`
	Dir  string   `json:"dir"`
	// Terminal says that there is a terminal at standard input.
	Terminal bool `json:"terminal"`
	// Stdin is what a headless program reads.
	Stdin []byte `json:"stdin,omitempty"`
	// Descriptors are pipes that the program finds open, by number, with what they hold.
	Descriptors map[int][]byte `json:"descriptors,omitempty"`
	// Relays carry connections from ports of the loopback interface to unix sockets.
	Relays []Relay `json:"relays,omitempty"`
}

// Relay listens on an address of the loopback interface and connects to a unix socket.
type Relay struct {
	Listen string `json:"listen"` // 127.0.0.1:PORT
	Socket string `json:"socket"`
}
