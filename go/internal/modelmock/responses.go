package modelmock

import "net/http"

func (m *Mock) responses(w http.ResponseWriter, r *http.Request) {}

func (m *Mock) models(w http.ResponseWriter, r *http.Request) {}
