------------------------------ MODULE peterson ------------------------------
(* The twin of ../models/peterson.ts for TLC: the filter lock for NPROC      *)
(* processes, one action for each access to shared memory. To enter level L  *)
(* a process looks at the others in turn and passes k when level[k] < L or   *)
(* last[L] is no longer itself; with SPLIT = 1 it reads the two in two steps.*)
EXTENDS Naturals

CONSTANTS NPROC, SPLIT

Procs == 0..(NPROC - 1)
Top == NPROC - 1

VARIABLES level, last, inside, pc, L, k

vars == <<level, last, inside, pc, L, k>>

Init ==
  /\ level = [p \in Procs |-> 0]
  /\ last = [l \in Procs |-> 0]
  /\ inside = 0
  /\ pc = [p \in Procs |-> "outside"]
  /\ L = [p \in Procs |-> 0]
  /\ k = [p \in Procs |-> 0]

Following(n, p) == IF n = p THEN n + 1 ELSE n
AtLast(p) == k[p] = Top \/ (k[p] = Top - 1 /\ p = Top)

Begin(p) ==
  /\ pc[p] = "outside"
  /\ L' = [L EXCEPT ![p] = 1]
  /\ level' = [level EXCEPT ![p] = 1]
  /\ pc' = [pc EXCEPT ![p] = "enter"]
  /\ UNCHANGED <<last, inside, k>>

Enter(p) ==
  /\ pc[p] = "enter"
  /\ last' = [last EXCEPT ![L[p]] = p]
  /\ k' = [k EXCEPT ![p] = Following(0, p)]
  /\ pc' = [pc EXCEPT ![p] = "look"]
  /\ UNCHANGED <<level, inside, L>>

(* What follows when k lets L pass: the next k, the next level, the inside. *)
Pass(p) ==
  \/ /\ ~AtLast(p)
     /\ k' = [k EXCEPT ![p] = Following(k[p] + 1, p)]
     /\ pc' = [pc EXCEPT ![p] = "look"]
     /\ UNCHANGED <<level, last, inside, L>>
  \/ /\ AtLast(p)
     /\ L[p] < Top
     /\ k' = [k EXCEPT ![p] = 0]
     /\ L' = [L EXCEPT ![p] = @ + 1]
     /\ pc' = [pc EXCEPT ![p] = "rise"]
     /\ UNCHANGED <<level, last, inside>>
  \/ /\ AtLast(p)
     /\ L[p] = Top
     /\ k' = [k EXCEPT ![p] = 0]
     /\ inside' = inside + 1
     /\ pc' = [pc EXCEPT ![p] = "critical"]
     /\ UNCHANGED <<level, last, L>>

Below(p) == level[k[p]] < L[p]
Overtaken(p) == last[L[p]] # p

Look(p) ==
  /\ pc[p] = "look"
  /\ IF SPLIT = 1
     THEN \/ Below(p) /\ Pass(p)
          \/ /\ ~Below(p)
             /\ pc' = [pc EXCEPT ![p] = "second"]
             /\ UNCHANGED <<level, last, inside, L, k>>
     ELSE (Below(p) \/ Overtaken(p)) = TRUE /\ Pass(p)  \* as one value: TLC would take an action for each

Second(p) ==
  /\ pc[p] = "second"
  /\ \/ Overtaken(p) /\ Pass(p)
     \/ /\ ~Overtaken(p)
        /\ pc' = [pc EXCEPT ![p] = "look"]
        /\ UNCHANGED <<level, last, inside, L, k>>

Rise(p) ==
  /\ pc[p] = "rise"
  /\ level' = [level EXCEPT ![p] = L[p]]
  /\ pc' = [pc EXCEPT ![p] = "enter"]
  /\ UNCHANGED <<last, inside, L, k>>

Leave(p) ==
  /\ pc[p] = "critical"
  /\ inside' = inside - 1
  /\ L' = [L EXCEPT ![p] = 0]
  /\ level' = [level EXCEPT ![p] = 0]
  /\ pc' = [pc EXCEPT ![p] = "outside"]
  /\ UNCHANGED <<last, k>>

Next == \E p \in Procs :
  Begin(p) \/ Enter(p) \/ Look(p) \/ Second(p) \/ Rise(p) \/ Leave(p)

Mutex == inside <= 1
=============================================================================
