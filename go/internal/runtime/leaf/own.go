package leaf

// Insomnia itself enforces the groups below around a program, so their declarations are
// the same for every runtime.

// OwnProfile declares the identity of a profile.
func OwnProfile() profileLeaves {
	return NewProfile(
		ProfileName(EnforcedBy(Supervisor)),
		ProfileDescription(EnforcedBy(Supervisor)),
		ProfileRole(EnforcedBy(Supervisor)),
		ProfileVariant(EnforcedBy(Supervisor)),
		ProfileTags(EnforcedBy(Supervisor)),
	)
}

// OwnSandbox declares what the sandbox of a Pod enforces.
func OwnSandbox() sandboxLeaves {
	return NewSandbox(
		SandboxFilesystem(EnforcedBy(Sandbox)),
		SandboxWritableRoots(EnforcedBy(Sandbox)),
		SandboxDenyRead(ApproximatedBy(Sandbox, "a matching file created later is denied by the guard only")),
		SandboxNetwork(EnforcedBy(Sandbox)),
		SandboxAllowedDomains(EnforcedBy(Sandbox)),
		SandboxInheritEnv(ApproximatedBy(Sandbox, "variables of the session that hold no secret, such as PATH and LANG, are always passed on")),
		SandboxReadableRoots(EnforcedBy(Sandbox)),
		SandboxMaskedFiles(ApproximatedBy(Sandbox, "a file created later is not masked, and one whose format is unknown is hidden whole")),
		SandboxEnv(EnforcedBy(Sandbox)),
		SandboxHostPorts(EnforcedBy(Sandbox)),
		SandboxPublishedPorts(EnforcedBy(Sandbox)),
		SandboxNix(EnforcedBy(Sandbox)),
		SandboxServicesHost(EnforcedBy(Supervisor)),
		SandboxServicesMethods(EnforcedBy(Supervisor)),
		SandboxServicesPaths(EnforcedBy(Supervisor)),
		SandboxServicesAuthHeader(EnforcedBy(Supervisor)),
		SandboxServicesAuthValue(EnforcedBy(Supervisor)),
		SandboxServicesFor(ApproximatedBy(Supervisor, "gh is not pointed at a service, and cargo has it as a registry with the name of the service")),
		SandboxHostCommandsCommand(Lacking("this version runs no commands outside the sandbox")),
		SandboxHostCommandsReason(Lacking("this version runs no commands outside the sandbox")),
	)
}

// OwnDelegation declares the subagent ceiling.
func OwnDelegation() delegationLeaves {
	return NewDelegation(
		DelegationCeilingTools(EnforcedBy(Supervisor)),
		DelegationCeilingPermissions(EnforcedBy(Supervisor)),
		DelegationProfiles(Lacking("in this version, an agent cannot start Pods")),
	)
}

// OwnLimits declares what the guard, the gateway and the supervisor count.
func OwnLimits() limitsLeaves {
	return NewLimits(
		LimitsMaxTurns(EnforcedBy(Gateway)),
		LimitsMaxWallSeconds(EnforcedBy(Supervisor)),
		LimitsMaxCostCents(ApproximatedBy(Gateway, "without effect where the prices of the model are not known")),
		LimitsMaxTokens(EnforcedBy(Gateway)),
		LimitsMaxSubagents(EnforcedBy(Guard)),
		LimitsMaxDepth(EnforcedBy(Guard)),
	)
}

// OwnSession declares what a session leaves behind.
func OwnSession() sessionLeaves {
	return NewSession(
		SessionRetentionDays(ApproximatedBy(Supervisor, "removed when the next session on this machine ends, or by `insomnia pod prune`")),
		SessionRecordTrace(EnforcedBy(Gateway)),
	)
}
