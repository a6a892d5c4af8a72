package modelmock

import "net/http"

func (m *Mock) messages(w http.ResponseWriter, r *http.Request) {}

func (m *Mock) countTokens(w http.ResponseWriter, r *http.Request) {}
