// The guard's hook in opencode. It holds a connection to the guard of the Pod for as long
// as the program runs, and asks before each tool call. When anything is not as expected,
// it throws: the program then runs no tool.

import { spawn } from "node:child_process"
import { closeSync, readFileSync, statSync } from "node:fs"
import { connect } from "node:net"
import path from "node:path"

const deadline = 3000 // milliseconds for an answer
const maxLine = 1 << 20
const maxErrors = 1 << 16 // of what a hook writes
const maxKept = 4096 // verdicts that are remembered

const guard = {
  waiting: new Map(),
  count: 0,
  late: false, // whether an answer is overdue, and none has come since
  down: "the guard of the Pod is not connected",

  open() {
    return new Promise((resolve, reject) => {
      const socket = (this.socket = connect(pod.guard))
      let failed = false
      const fail = (why) => {
        if (failed) return
        failed = true
        this.down = `the guard of the Pod does not answer: ${why}`
        socket.destroy()
        for (const { reject } of this.waiting.values()) reject(new Error(this.down))
        this.waiting.clear()
        reject(new Error(this.down))
      }
      const timer = setTimeout(() => fail("no connection"), deadline)
      let rest = ""
      socket.setEncoding("utf8")
      socket.on("connect", () => {
        clearTimeout(timer)
        this.down = undefined
        resolve()
      })
      socket.on("error", (e) => fail(e.code ?? "error"))
      socket.on("close", () => fail("the connection ended"))
      socket.on("data", (text) => {
        rest += text
        for (let end; (end = rest.indexOf("\n")) >= 0; rest = rest.slice(end + 1)) {
          try {
            const answer = JSON.parse(rest.slice(0, end))
            this.late = false
            this.waiting.get(answer.id)?.resolve(answer)
          } catch {
            return fail("its answer is not JSON")
          }
        }
        if (rest.length > maxLine) fail("its answer is too long")
      })
      this.fail = fail
      socket.unref()
    })
  },

  // ask resolves to the answer, or throws.
  async ask(what) {
    if (this.down) throw new Error(this.down)
    const id = String(++this.count)
    let timer
    try {
      return await new Promise((resolve, reject) => {
        timer = setTimeout(() => {
          this.late = true
          reject(new Error("the guard of the Pod does not answer in time"))
        }, deadline)
        this.waiting.set(id, { resolve, reject })
        this.socket.write(JSON.stringify({ id, ...what }) + "\n")
      })
    } finally {
      clearTimeout(timer)
      this.waiting.delete(id)
    }
  },

  // ready throws where the guard is gone. One that was late has to answer again first.
  async ready() {
    if (this.late) await this.ask(hello()).catch(() => this.fail("it was late, and then silent"))
    if (this.down) throw new Error(this.down)
  },

  // tell asks what needs no answer.
  tell(what) {
    this.ask(what).catch(() => {})
  },
}

const hello = () => ({ kind: "hello", directory: process.cwd() })

let secrets

// start runs once in a process, however often the plugin is loaded.
let started
const start = () =>
  (started ??= (async () => {
    secrets = JSON.parse(readFileSync(3, "utf8"))
    closeSync(3)
    await guard.open()
    const answer = await guard.ask(hello())
    if (answer.action !== "allow") guard.fail(answer.reason ?? "it refused")
    if (guard.down) throw new Error(guard.down)
  })())

// Tools and MCP servers get the usual directories: the program's own are the Pod's.
const usual = () => {
  const home = process.env.HOME ?? "/"
  return {
    XDG_CONFIG_HOME: `${home}/.config`,
    XDG_DATA_HOME: `${home}/.local/share`,
    XDG_STATE_HOME: `${home}/.local/state`,
    XDG_CACHE_HOME: `${home}/.cache`,
  }
}

// named is what a tool is called in a manifest.
const named = (tool) => {
  const end = tool.startsWith("mcp__") ? tool.indexOf("__", 5) : -1
  if (end < 0) return pod.tools[tool] ?? tool
  return tool.slice(0, end).replaceAll("_-", ".") + tool.slice(end)
}

const matches = (matcher, tool) =>
  matcher === "*" ||
  (tool !== undefined &&
    matcher.split("|").some((m) => (m.endsWith("*") ? tool.startsWith(m.slice(0, -1)) : m === tool)))

// runHook runs a command of the manifest. It resolves to why the command refuses, if it does:
// it ended with 2, or it could not run.
const runHook = (hook, event, directory) =>
  new Promise((resolve) => {
    let errors = ""
    let timer
    const end = (why) => {
      clearTimeout(timer)
      resolve(why)
    }
    try {
      const [program, ...args] = hook.command
      const child = spawn(program, args, {
        cwd: directory,
        env: { ...process.env, ...usual() },
        stdio: ["pipe", "ignore", "pipe"],
        detached: true,
      })
      timer = setTimeout(() => {
        try {
          process.kill(-child.pid, "SIGKILL")
        } catch {}
        end(`the hook \`${program}\` did not end in time`)
      }, hook.timeoutSeconds * 1000)
      child.on("error", (e) => end(`the hook \`${program}\` cannot run: ${e.code}`))
      child.on("close", (code, signal) => {
        if (code === 2) end(errors.trim() || `the hook \`${program}\` refused`)
        else end(signal ? `the hook \`${program}\` was ended by ${signal}` : undefined)
      })
      child.stderr.on("data", (text) => {
        if (errors.length < maxErrors) errors += text
      })
      child.stdin.on("error", () => {})
      child.stdin.end(JSON.stringify(event))
    } catch (e) {
      end(`the hook cannot run: ${e.message}`)
    }
  })

// runHooks runs the hooks of an event, and returns why the first that may refuse does so.
const runHooks = async (name, directory, event = {}) => {
  const mayRefuse = ["PreToolUse", "PermissionRequest", "UserPromptSubmit"].includes(name)
  for (const hook of pod.hooks) {
    if (hook.event !== name || !matches(hook.matcher, event.tool_name)) continue
    const done = runHook(hook, { hook_event_name: name, cwd: directory, ...event }, directory)
    if (hook.async && !mayRefuse) continue
    const why = await done
    if (why && mayRefuse) return why
  }
}

// quoteFiles keeps the program from attaching the files that a text names with @: that
// would be no tool call.
const quoteFiles = (text) => text.replace(/(?<![\w`])@[^\s`,]+/g, "`$&`")

// prepare changes the arguments of a call to what the guard can judge.
const prepare = (tool, args, directory) => {
  const seconds = pod.timeoutSeconds
  if (tool === "bash" && !(args.timeout <= seconds * 1000) && args.timeout !== undefined) args.timeout = seconds * 1000
  if (tool === "task") {
    if (typeof args.prompt === "string") args.prompt = quoteFiles(args.prompt)
    // A task may go on in a session of the same subagent only, and not in that of another.
    const task = args.task_id
    if (task !== undefined && !(children.has(task) && agents.get(task) === args.subagent_type)) {
      throw new Error("this task_id is not one of this subagent: begin a new task without it")
    }
  }
  if (tool === "grep" && typeof args.path === "string") {
    // Of a file the program searches the whole directory.
    const file = path.resolve(directory, args.path)
    if (!statSync(file, { throwIfNoEntry: false })?.isDirectory()) {
      args.path = path.dirname(file)
      args.include = path.basename(file).replace(/[^\w. -]/g, "?")
    }
  }
}

const agents = new Map() // session -> agent
const children = new Set() // sessions of subagents
const seen = new Set() // sessions of the Pod's own agent that the guard knows
const verdicts = new Map() // call -> { action, granted, tool, command }
const parts = new Map() // part of a message -> the call in it
const requests = new Map() // permission request -> { call, permission }
const running = new Set() // sessions of subagents that run
let always = false // whether the user has allowed commands for good

const remember = (map, key, value) => {
  map.set(key, value)
  if (map.size > maxKept) map.delete(map.keys().next().value)
}

const over = (call) => {
  if (verdicts.get(call)?.tool === "task") guard.tell({ kind: "ended", call })
  verdicts.delete(call)
}

// subagentOf is the name of the subagent whose session it is, empty for the Pod's own agent.
const subagentOf = (session) => {
  const agent = agents.get(session) ?? (children.has(session) ? undefined : pod.main)
  if (agent === pod.main) return ""
  if (pod.subagents.includes(agent)) return agent
  throw new Error("the guard of the Pod does not know which agent calls")
}

export default async ({ client, directory }) => {
  await start()

  const reply = (request, answer) =>
    client._client
      .post({
        url: "/permission/{requestID}/reply",
        path: { requestID: request },
        body: { reply: answer },
        headers: { "Content-Type": "application/json" },
      })
      .catch(() => {})

  const states = new Map()
  const state = (session, state) => {
    if (children.has(session) || states.get(session) === state) return
    remember(states, session, state)
    guard.tell({ kind: "state", session, state })
  }

  const onPermission = async ({ id, sessionID, permission, tool }) => {
    const verdict = verdicts.get(tool?.callID)
    remember(requests, id, { verdict, permission })
    if (verdict?.action === "allow") return reply(id, "once")
    const event = { session_id: sessionID, tool_name: verdict && named(verdict.tool) }
    if (await runHooks("PermissionRequest", directory, event)) return reply(id, "reject")
    state(sessionID, "waiting")
    await runHooks("Notification", directory, event)
  }

  const events = {
    "session.created": ({ info }) => {
      if (info.parentID) children.add(info.id)
    },
    "session.status": ({ sessionID, status }) => {
      if (status.type === "busy") return state(sessionID, "working")
      if (status.type !== "idle") return
      state(sessionID, "waiting")
      if (running.delete(sessionID)) guard.tell({ kind: "ended", session: sessionID, agent: sessionID })
      runHooks(children.has(sessionID) ? "SubagentStop" : "Stop", directory, { session_id: sessionID })
    },
    "permission.asked": onPermission,
    "permission.replied": ({ requestID, sessionID, reply }) => {
      const request = requests.get(requestID)
      requests.delete(requestID)
      if (!request?.verdict || reply === "reject") return
      request.verdict.granted = true
      if (request.verdict.action === "ask") state(sessionID, "working")
      if (reply === "always" && request.permission === "bash") always = true
    },
    "question.asked": ({ sessionID }) => {
      state(sessionID, "waiting")
      runHooks("Notification", directory, { session_id: sessionID })
    },
    "message.part.updated": ({ part }) => {
      if (part.type !== "tool") return
      remember(parts, part.id, part.callID)
      if (["completed", "error"].includes(part.state.status)) over(part.callID)
    },
  }

  if (pod.prompt && pod.session) {
    // The terminal UI takes no first message for a session that goes on.
    const { prompt, session } = pod
    pod.prompt = undefined
    setTimeout(() => {
      const body = { agent: pod.main, parts: [{ type: "text", text: prompt }] }
      client.session.promptAsync({ path: { id: session }, body }).catch(() => {})
    })
  }

  return {
    config: async (config) => {
      const plugins = (config.plugin_origins ?? []).map((o) => o.spec)
      if (plugins.length !== 1 || plugins[0] !== pod.plugin) return guard.fail("another plugin is loaded")
      config.provider[pod.provider].options.apiKey = secrets.token
      for (const server of Object.values(config.mcp ?? {}))
        if (server.type === "local") server.environment = { ...usual(), ...server.environment }
      for (const { pointer, server, field, name } of pod.values) {
        const value = secrets.values[pointer]
        if (field === "url") config.mcp[server].url = value
        else config.mcp[server][field] = { ...config.mcp[server][field], [name]: value }
      }
    },

    event: async ({ event }) => {
      try {
        await events[event.type]?.(event.properties)
      } catch {}
    },

    "chat.message": async ({ sessionID }, { message, parts }) => {
      if (message.agent !== pod.main || children.has(sessionID)) return
      if (!seen.has(sessionID)) {
        seen.add(sessionID)
        guard.tell({ kind: "session", session: sessionID, directory })
        await runHooks("SessionStart", directory, { session_id: sessionID })
      }
      const prompt = parts.map((p) => p.text ?? "").join("\n")
      const why = await runHooks("UserPromptSubmit", directory, { session_id: sessionID, prompt })
      if (why) throw new Error(why)
    },

    // What the program's permissions cannot switch off, the newest message of the user does.
    "experimental.chat.messages.transform": async (_, { messages }) => {
      for (const { info } of messages) {
        if (info.role !== "user") continue
        const off = pod.off[info.agent] ?? []
        info.tools = { ...info.tools, ...Object.fromEntries(off.map((t) => [t, false])) }
      }
    },

    "chat.headers": async ({ sessionID, agent }, output) => {
      await guard.ready()
      if (!pod.hidden.includes(agent)) {
        agents.set(sessionID, agent)
        if (agent !== pod.main && !running.has(sessionID)) {
          running.add(sessionID)
          await guard.ask({ kind: "started", session: sessionID, agent: sessionID, subagent: agent })
        }
      }
      if (agent !== pod.main) output.headers["X-Insomnia-Agent"] = agent
    },

    "tool.execute.before": async ({ tool, sessionID, callID: id }, { args }) => {
      // The program's own commands give the ID of the part in the place of that of the call.
      const callID = parts.get(id) ?? id
      prepare(tool, args, directory)
      const subagent = subagentOf(sessionID)
      const answer = await guard.ask({
        kind: "judge", session: sessionID, call: callID, tool, input: args, directory, subagent,
        agent: subagent && sessionID,
      })
      const reason = answer.reason || "the Pod does not allow it"
      switch (answer.action) {
        case "allow":
          break
        case "ask":
          if (!pod.headless) break
          throw new Error(`${reason}. The Pod asks before this call, and nobody is there to answer: run it in a terminal`)
        default:
          throw new Error(reason)
      }
      const event = { session_id: sessionID, tool_name: named(tool), tool_input: args }
      const why = await runHooks("PreToolUse", directory, event)
      if (why) throw new Error(why)
      remember(verdicts, callID, { action: answer.action, tool, command: args.command })
    },

    "tool.execute.after": async ({ tool, sessionID, callID, args }, output) => {
      over(callID)
      if (tool === "read" && output?.metadata?.loaded?.length) {
        // Files with instructions on the way to this one, which no call has read. The lines
        // of the file itself begin with a number.
        const end = "\n</content>"
        const at = output.output.indexOf(end)
        if (at >= 0) output.output = output.output.slice(0, at + end.length)
        output.metadata.loaded = []
      }
      await runHooks("PostToolUse", directory, { session_id: sessionID, tool_name: named(tool), tool_input: args })
    },

    // The program asks about the commands of a text, but not about one that only redirects.
    "shell.env": async ({ callID }, output) => {
      Object.assign(output.env, usual())
      const verdict = verdicts.get(callID)
      if (verdict?.action !== "ask" || verdict.granted) return
      if (!always || /[<>]/.test(verdict.command)) {
        throw new Error("the Pod asks before this command, and opencode did not ask: run it in another form")
      }
    },

    "experimental.session.compacting": async ({ sessionID }) => {
      await runHooks("PreCompact", directory, { session_id: sessionID })
    },

    dispose: async () => {
      await runHooks("SessionEnd", directory)
    },
  }
}
