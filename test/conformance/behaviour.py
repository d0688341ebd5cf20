#!/usr/bin/env python3
"""behaviour.py SHARED BROKER DIFFERENCES

Sends the recorded requests of SHARED/conformance/behaviour to BROKER and compares its answers with those that Apache
Kafka 4.3.1 gave. Steps whose API the broker does not advertise are left out and counted as skipped. DIFFERENCES lists,
one a line, a pattern and the reason for which an answer differs on purpose: a difference that is not listed fails, and so
does a pattern that nothing matches."""
import glob, json, os, re, sys

shared, broker, differences = sys.argv[1:4]
sys.path.insert(0, os.path.join(shared, 'conformance'))
import probe

def served():
    """The names of the APIs that the broker advertises."""
    conn = probe.Conn(broker)
    answer = conn.receive('ApiVersions', 2, conn.send('ApiVersions', 2, {}, {}))
    keys = {row['apiKey'] for row in answer['apiKeys']}
    return {name for name, api in probe.APIS.items() if api['key'] in keys}

def expected():
    """Pattern and reason, line by line."""
    rows = [line.split('  ', 1) for line in open(differences) if line.strip() and not line.startswith('#')]
    return [(re.compile(pattern), reason.strip()) for pattern, reason in rows]

CHANGES = {'CreatePartitions', 'DeleteRecords', 'AlterConfigs', 'IncrementalAlterConfigs', 'AddPartitionsToTxn', 'EndTxn',
           'ConsumerGroupHeartbeat', 'ShareGroupHeartbeat', 'StreamsGroupHeartbeat'}

def answerable(steps, known):
    """The steps that the broker can answer: those of APIs that it serves, up to the first change that it cannot make."""
    missing = next((i for i, s in enumerate(steps) if s.get('api') in CHANGES - known), len(steps))
    waits = {s['async'] for s in steps[:missing] if 'async' in s and s['api'] in known}
    return [s for s in steps[:missing] if s.get('api', 'Produce') in known and s.get('receive') in waits | {None}]

def main():
    probe.load()
    known, listed, used = served(), expected(), set()
    passed = failed = skipped = different = 0

    def tell(name, bad):
        nonlocal passed, failed, different
        reasons = [i for i, (pattern, _) in enumerate(listed) if bad and pattern.search(f'{name} {bad}')]
        if not bad: passed += 1
        elif reasons: used.update(reasons); different += 1
        else: failed += 1; print('FAIL', name, bad, flush=True)

    for file in sorted(glob.glob(os.path.join(shared, 'conformance', 'behaviour', '*.json'))):
        base = os.path.splitext(os.path.basename(file))[0]
        for scenario in json.load(open(file))['scenarios']:
            steps = answerable(scenario['steps'], known)
            skipped += len(scenario['steps']) - len(steps)
            probe.scenario(broker, f"{base}/{scenario['name']}", {**scenario, 'steps': steps}, False, tell)
    for i, (pattern, reason) in enumerate(listed):
        if i not in used: failed += 1; print('FAIL nothing differs any more:', pattern.pattern, reason)
    print(f'recorded answers, {different} of which differ on purpose: {passed + different} passed, {failed} failed, {skipped} skipped')
    return 1 if failed else 0

sys.exit(main())
