"""Who signed an attestation: the signatures are read from the transaction's own data and recovered."""

from __future__ import annotations

from collections.abc import Iterator

from offchain_worker.chain.community import Community
from offchain_worker.chain.contract import as_tuple
from offchain_worker.chain.hub import Attestation, OpenTask
from offchain_worker.daemon.answer import Answer, AnswerInvalid, Hub
from offchain_worker.domain import task as tasks


def recovered_signers(community: Community, attestation: Attestation, open_task: OpenTask) -> Iterator[tuple[int, str]]:
    """(worker's position, recovered address) of each signature in the transaction that attested.

    Raises AnswerInvalid if the transaction is not that task's, its report is another, or a signature is none.
    """
    web3 = community.connection.web3
    transaction = web3.eth.get_transaction(attestation.transaction)  # type: ignore[arg-type]
    function, arguments = community.hub.contract.decode_function_input(transaction["input"])
    from_abi = (
        tasks.conformity_report_from_abi if function.fn_name == "submitConformity" else tasks.settlement_report_from_abi
    )
    task, report, signatures = (as_tuple(arguments[name]) for name in ("task", "report", "signatures"))
    hub = Hub(community.deployment.chain_id, community.hub.address)
    if tasks.task_id(hub.chain_id, hub.address, tasks.task_from_abi(task)) != open_task.task_id:
        raise AnswerInvalid(f"transaction {attestation.transaction} answers another task")
    answered = from_abi(report)
    signed = tasks.report_hash(answered)
    if signed != attestation.report_hash:
        raise AnswerInvalid(
            f"transaction {attestation.transaction} carries a report with hash 0x{signed.hex()}, the event says 0x{attestation.report_hash.hex()}"
        )
    for worker, r, vs in signatures:
        answer = Answer(open_task.task_id, f"worker {worker}", b"", answered, bytes(r), bytes(vs))
        yield int(worker), answer.signer(hub)
