package settings

import (
	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/views/layout"
	"plog.dev/plog/views/ui"
)

// Stories are the states of the settings page.
func Stories() []ui.Story {
	m := Model{
		Frame: layout.Model{Title: "Settings"}, User: domain.User{Name: "admin", Role: domain.Admin}, Admin: true, Hosts: "api.example.com",
		Link: "http://127.0.0.1:8080/login?token=ABCDEFGHIJKLMNOPQRSTUVWXYZ",
		Env:  loadtest.Environment{PLOG: "1.0", K6: "v1.8.1", Host: "laptop", OS: "linux", CPUs: 8, Memory: 16 << 30},
	}
	viewer := m
	viewer.User, viewer.Admin, viewer.Link = domain.User{Name: "보기", Role: domain.Viewer}, false, ""
	return []ui.Story{
		{Family: "settings", Name: "administrator", View: Page(m), Page: true},
		{Family: "settings", Name: "viewer", View: Page(viewer), Page: true},
	}
}
