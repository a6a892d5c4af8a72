// Package gateway stands between an agent program and the API of its model.
package gateway
