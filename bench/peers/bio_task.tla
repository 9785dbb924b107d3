------------------------------ MODULE bio_task ------------------------------
(* The task-context bio completion twin for TLC: the step system of          *)
(* ../models/bio-task-twin.ts and of bio_task.pml, action by action. CPUs,   *)
(* tasks and bios are numbered from 1; 0 is none.                            *)
EXTENDS Naturals, Sequences

CONSTANTS
  NCPU, NTASK, NBIO,  \* NBIO: bios per task
  FIX,                \* 1: queue the work on the CPU whose batch was used
  WORKFN              \* 1: the work function takes its batch by container_of

Cpus == 1..NCPU
Tasks == 1..NTASK
Bios == 1..(NTASK * NBIO)
Done == NCPU + 1

VARIABLES
  irqoff,             \* by CPU: whoever runs there has interrupts off
  list,               \* by CPU: batch->list
  pending,            \* by CPU: PENDING of batch->work
  running,            \* by CPU: the batch whose work its worker runs
  wq,                 \* by CPU: the works queued on its worker
  bio,                \* by bio: 0 new, else the CPU on whose list it is, or Done
  handled,
  pc, cpu, k, batch, scpu,  \* by task
  wpc, bios                 \* by worker

shared == <<irqoff, list, pending, running, wq, bio, handled>>
task == <<pc, cpu, k, batch, scpu>>
worker == <<wpc, bios>>

Init ==
  /\ irqoff = [c \in Cpus |-> FALSE]
  /\ list = [c \in Cpus |-> <<>>]
  /\ pending = [c \in Cpus |-> FALSE]
  /\ running = [c \in Cpus |-> 0]
  /\ wq = [c \in Cpus |-> <<>>]
  /\ bio = [b \in Bios |-> 0]
  /\ handled = 0
  /\ pc = [t \in Tasks |-> "lock"]
  /\ cpu = [t \in Tasks |-> 1]
  /\ k = [t \in Tasks |-> 0]
  /\ batch = [t \in Tasks |-> 0]
  /\ scpu = [t \in Tasks |-> 0]
  /\ wpc = [c \in Cpus |-> "idle"]
  /\ bios = [c \in Cpus |-> <<>>]

(* A work that some worker runs is queued there again, never elsewhere. *)
ScheduleWorkOn(c, b) ==
  IF pending[b]
  THEN UNCHANGED <<pending, wq>>
  ELSE LET busy == {x \in Cpus : running[x] = b}
           target == IF busy = {} THEN c ELSE CHOOSE x \in busy : \A y \in busy : x <= y
       IN /\ pending' = [pending EXCEPT ![b] = TRUE]
          /\ wq' = [wq EXCEPT ![target] = Append(@, b)]

(* The scheduler moves a task that is between bios or may be preempted. *)
Move(t) ==
  /\ pc[t] \in {"lock", "which", "queue"}
  /\ k[t] < NBIO
  /\ \E c \in Cpus \ {cpu[t]} : cpu' = [cpu EXCEPT ![t] = c]
  /\ UNCHANGED <<shared, worker, pc, k, batch, scpu>>

Lock(t) ==
  /\ pc[t] = "lock"
  /\ k[t] < NBIO
  /\ ~irqoff[cpu[t]]
  /\ irqoff' = [irqoff EXCEPT ![cpu[t]] = TRUE]
  /\ pc' = [pc EXCEPT ![t] = "this_cpu"]
  /\ UNCHANGED <<list, pending, running, wq, bio, handled, cpu, k, batch, scpu, worker>>

ThisCpu(t) ==
  /\ pc[t] = "this_cpu"
  /\ batch' = [batch EXCEPT ![t] = cpu[t]]
  /\ pc' = [pc EXCEPT ![t] = "add"]
  /\ UNCHANGED <<shared, cpu, k, scpu, worker>>

Add(t) ==
  /\ pc[t] = "add"
  /\ LET b == (t - 1) * NBIO + k[t] + 1
     IN /\ list' = [list EXCEPT ![batch[t]] = Append(@, b)]
        /\ bio' = [bio EXCEPT ![b] = cpu[t]]
  /\ pc' = [pc EXCEPT ![t] = "unlock"]
  /\ UNCHANGED <<irqoff, pending, running, wq, handled, cpu, k, batch, scpu, worker>>

Unlock(t) ==
  /\ pc[t] = "unlock"
  /\ irqoff' = [irqoff EXCEPT ![cpu[t]] = FALSE]
  /\ pc' = [pc EXCEPT ![t] = "which"]
  /\ UNCHANGED <<list, pending, running, wq, bio, handled, cpu, k, batch, scpu, worker>>

Which(t) ==
  /\ pc[t] = "which"
  /\ ~irqoff[cpu[t]]
  /\ scpu' = [scpu EXCEPT ![t] = IF FIX = 1 THEN batch[t] ELSE cpu[t]]
  /\ pc' = [pc EXCEPT ![t] = "queue"]
  /\ UNCHANGED <<shared, cpu, k, batch, worker>>

Queue(t) ==
  /\ pc[t] = "queue"
  /\ ~irqoff[cpu[t]]
  /\ ScheduleWorkOn(scpu[t], batch[t])
  /\ batch' = [batch EXCEPT ![t] = 0]
  /\ scpu' = [scpu EXCEPT ![t] = 0]
  /\ k' = [k EXCEPT ![t] = @ + 1]
  /\ pc' = [pc EXCEPT ![t] = "lock"]
  /\ UNCHANGED <<irqoff, list, running, bio, handled, cpu, worker>>

Batch(c) == IF WORKFN = 1 THEN running[c] ELSE c

Begin(c) ==
  /\ wpc[c] = "idle"
  /\ ~irqoff[c]
  /\ wq[c] # <<>>
  /\ running' = [running EXCEPT ![c] = Head(wq[c])]
  /\ wq' = [wq EXCEPT ![c] = Tail(@)]
  /\ pending' = [pending EXCEPT ![Head(wq[c])] = FALSE]
  /\ wpc' = [wpc EXCEPT ![c] = "again"]
  /\ UNCHANGED <<irqoff, list, bio, handled, bios, task>>

Again(c) ==
  /\ wpc[c] = "again"
  /\ ~irqoff[c]
  /\ irqoff' = [irqoff EXCEPT ![c] = TRUE]
  /\ wpc' = [wpc EXCEPT ![c] = "take"]
  /\ UNCHANGED <<list, pending, running, wq, bio, handled, bios, task>>

Take(c) ==
  /\ wpc[c] = "take"
  /\ bios' = [bios EXCEPT ![c] = list[Batch(c)]]
  /\ list' = [list EXCEPT ![Batch(c)] = <<>>]
  /\ wpc' = [wpc EXCEPT ![c] = "release"]
  /\ UNCHANGED <<irqoff, pending, running, wq, bio, handled, task>>

Release(c) ==
  /\ wpc[c] = "release"
  /\ irqoff' = [irqoff EXCEPT ![c] = FALSE]
  /\ wpc' = [wpc EXCEPT ![c] = "io"]
  /\ UNCHANGED <<list, pending, running, wq, bio, handled, bios, task>>

EndIo(c) ==
  /\ wpc[c] = "io"
  /\ ~irqoff[c]
  /\ bios[c] # <<>>
  /\ bio' = [bio EXCEPT ![Head(bios[c])] = Done]
  /\ bios' = [bios EXCEPT ![c] = Tail(@)]
  /\ handled' = handled + 1
  /\ UNCHANGED <<irqoff, list, pending, running, wq, wpc, task>>

Relock(c) ==
  /\ wpc[c] = "io"
  /\ ~irqoff[c]
  /\ bios[c] = <<>>
  /\ irqoff' = [irqoff EXCEPT ![c] = TRUE]
  /\ wpc' = [wpc EXCEPT ![c] = "test"]
  /\ UNCHANGED <<list, pending, running, wq, bio, handled, bios, task>>

Test(c) ==
  /\ wpc[c] = "test"
  /\ irqoff' = [irqoff EXCEPT ![c] = FALSE]
  /\ IF list[Batch(c)] = <<>>
     THEN /\ running' = [running EXCEPT ![c] = 0]
          /\ wpc' = [wpc EXCEPT ![c] = "idle"]
     ELSE /\ wpc' = [wpc EXCEPT ![c] = "resched"]
          /\ UNCHANGED running
  /\ UNCHANGED <<list, pending, wq, bio, handled, bios, task>>

Stay(c) ==
  /\ wpc[c] = "resched"
  /\ ~irqoff[c]
  /\ wpc' = [wpc EXCEPT ![c] = "again"]
  /\ UNCHANGED <<shared, bios, task>>

Requeue(c) ==
  /\ wpc[c] = "resched"
  /\ ~irqoff[c]
  /\ ScheduleWorkOn(c, Batch(c))
  /\ running' = [running EXCEPT ![c] = 0]
  /\ wpc' = [wpc EXCEPT ![c] = "idle"]
  /\ UNCHANGED <<irqoff, list, bio, handled, bios, task>>

(* Enabled for ever once every bio is handled: any other end is a deadlock. *)
Waiter ==
  /\ handled = NTASK * NBIO
  /\ UNCHANGED <<shared, task, worker>>

Next ==
  \/ \E t \in Tasks :
       Move(t) \/ Lock(t) \/ ThisCpu(t) \/ Add(t) \/ Unlock(t) \/ Which(t) \/ Queue(t)
  \/ \E c \in Cpus :
       \/ Begin(c) \/ Again(c) \/ Take(c) \/ Release(c) \/ EndIo(c)
       \/ Relock(c) \/ Test(c) \/ Stay(c) \/ Requeue(c)
  \/ Waiter
=============================================================================
