package permission

import "strings"

// A grammar describes how a program reads the arguments before its subcommand.
type optionGrammar struct {
	// values are the options that take the next word as their value, with spaces
	// around each.
	values string
	// plus makes a word with a + an option, too: cargo +nightly build.
	plus bool
}

// subcommandOptions returns the options that a program takes before a subcommand.
func subcommandOptions(program string) (optionGrammar, bool) {
	switch program {
	case "git":
		return optionGrammar{values: " -C -c --git-dir --work-tree --namespace --exec-path --config-env --super-prefix --attr-source "}, true
	case "docker", "podman", "nerdctl", "buildah":
		return optionGrammar{values: " -H --host -c --context -l --log-level --config --tlscacert --tlscert --tlskey --root --runroot --url --connection --namespace -n --address -a --storage-driver --cgroup-manager "}, true
	case "docker-compose":
		return optionGrammar{values: " -f --file -p --project-name --profile --env-file --project-directory --ansi --parallel --progress "}, true
	case "kubectl", "oc", "k9s", "flux", "argocd":
		return optionGrammar{values: " -n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --as-uid --cache-dir --certificate-authority --client-certificate --client-key --request-timeout --tls-server-name --profile --profile-output -v --v --password --username --log-flush-frequency --vmodule "}, true
	case "helm":
		return optionGrammar{values: " -n --namespace --kube-context --kubeconfig --kube-apiserver --kube-token --kube-as-user --kube-as-group --kube-ca-file --registry-config --repository-cache --repository-config --burst-limit --qps "}, true
	case "npm", "pnpm", "yarn", "bun":
		return optionGrammar{values: " --prefix -C -w --workspace --registry --userconfig --globalconfig --cache --loglevel --tag --otp --script-shell --cwd --dir --filter -F --use-yarnrc --mutex --modules-folder "}, true
	case "go":
		return optionGrammar{values: " -C "}, true
	case "cargo":
		return optionGrammar{values: " --config -Z -C --color --explain ", plus: true}, true
	case "rustup":
		return optionGrammar{plus: true}, true
	case "terraform", "tofu":
		return optionGrammar{values: " "}, true
	case "gh":
		return optionGrammar{values: " -R --repo --hostname "}, true
	case "glab":
		return optionGrammar{values: " -R --repo -g --group "}, true
	case "aws":
		return optionGrammar{values: " --profile --region --endpoint-url --output --query --color --ca-bundle --cli-read-timeout --cli-connect-timeout --cli-binary-format "}, true
	case "gcloud":
		return optionGrammar{values: " --project --account --configuration --format --verbosity --impersonate-service-account --billing-project --flags-file --flatten --trace-token --access-token-file "}, true
	case "az":
		return optionGrammar{values: " -o --output --query --subscription "}, true
	case "systemctl", "journalctl", "loginctl":
		return optionGrammar{values: " -H --host -M --machine -t --type -p --property -n --lines -o --output --root --state -s --signal --job-mode --kill-who "}, true
	case "apt", "apt-get", "apt-cache":
		return optionGrammar{values: " -o --option -c --config-file -t --target-release -a --host-architecture "}, true
	case "pip", "pip3", "uv", "poetry", "pipx":
		return optionGrammar{values: " --python --log --proxy --retries --timeout --exists-action --trusted-host --cert --client-cert --cache-dir --directory --project -C -P --config-file --color "}, true
	case "hg":
		return optionGrammar{values: " -R --repository --cwd --config --encoding --encodingmode --color --pager "}, true
	case "svn":
		return optionGrammar{values: " --username --password --config-dir --config-option "}, true
	case "jj":
		return optionGrammar{values: " -R --repository --at-op --at-operation --color --config --config-file "}, true
	case "nix":
		return optionGrammar{values: " --store --extra-experimental-features --experimental-features --max-jobs -j --log-format "}, true
	case "make", "gmake":
		return optionGrammar{values: " -C --directory -f --file --makefile -I --include-dir -o --old-file -W --what-if --eval -E "}, true
	case "brew", "dnf", "yum", "zypper", "pacman", "snap", "flatpak", "vagrant", "ansible", "mvn", "gradle", "dotnet", "deno", "bundle", "gem", "composer":
		return optionGrammar{values: " "}, true
	}
	return optionGrammar{}, false
}

// withoutOptions returns a command without the options before its subcommand. An
// option that the table does not have may take a value or not, so there are up to
// two answers.
func withoutOptions(words []word) [][]word {
	grammar, ok := subcommandOptions(words[0].base())
	if !ok || len(words) < 2 {
		return nil
	}
	first := skipOptions(grammar, words, false)
	if first == 1 {
		return nil
	}
	forms := [][]word{commandFrom(words, first)}
	if second := skipOptions(grammar, words, true); second != first {
		forms = append(forms, commandFrom(words, second))
	}
	return forms
}

func commandFrom(words []word, at int) []word {
	return append([]word{words[0]}, words[min(at, len(words)):]...)
}

func skipOptions(grammar optionGrammar, words []word, unknownTakeValue bool) int {
	i := 1
	for i < len(words) {
		text := words[i].text
		switch {
		case grammar.plus && strings.HasPrefix(text, "+"):
			i++
		case text == "--":
			return i + 1
		case len(text) < 2 || text[0] != '-':
			return i
		case strings.Contains(grammar.values, " "+text+" "):
			i += 2
		case unknownTakeValue && !strings.Contains(text, "="):
			i += 2
		default:
			i++
		}
	}
	return len(words)
}
