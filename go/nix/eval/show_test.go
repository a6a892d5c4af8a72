package eval

import "testing"

// TestShowKeepsSets shows a set with a kind in a message, and looks its attributes up afterwards.
func TestShowKeepsSets(t *testing.T) {
	ev := New(Options{})
	v, err := ev.EvalExpr(`let s = { QA = 1; QB = 2; QC = 3; QD = 4; QE = 5; QF = 6; QG = 7; QH = 8; QI = 9; _type = 0; };
		in [ (builtins.trace s 1) s.QA s.QB s.QC s.QD s.QE s.QF s.QG s.QH s.QI s._type ]`, "«test»", "/")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := ev.Print(v); err != nil || text != "[ 1 1 2 3 4 5 6 7 8 9 0 ]" {
		t.Errorf("got %s, %v", text, err)
	}
}
