package eval

const bytesPerStep = 64

func (ev *Evaluator) ticks(n int) {
	if ev.steps += n; n >= 1<<10 || ev.steps&0x3ff < n {
		ev.checkContext()
	}
}

func (ev *Evaluator) bytes(n int) { ev.ticks(n / 64) }

func (ev *Evaluator) chargeEach(n, size int) { ev.charge(n * size) }
