package project

import (
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/views/layout"
	"plog.dev/plog/views/trial"
)

// OperationModel are an operation's details.
type OperationModel struct {
	Frame     layout.Model
	Operation openapi.Operation
	Trial     trial.Model
}
