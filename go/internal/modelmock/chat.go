package modelmock

import "net/http"

func (m *Mock) chat(w http.ResponseWriter, r *http.Request) {}
