# Tells how the replication of each virtual machine of this Hyper-V host is going, as JSON for a
# monitor of the type "script". It only reads. The account of Noroshi's service must be in the group
# Hyper-V Administrators.
#   health   0 normal, 1 warning, 2 critical
#   minutes  since the last replication
#   pending  data that wait for the next replication, in MiB
#   https://learn.microsoft.com/powershell/module/hyper-v/get-vmreplication
$ErrorActionPreference = 'Stop'
[Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false

$levels = @{ Normal = 0; Warning = 1; Critical = 2 }
$now = Get-Date
$items = @{}
$replications = @(Get-VMReplication)
$measurements = @(Measure-VMReplication)

# Two virtual machines may have one name, and a replica that is replicated on has two relationships.
function Get-ItemName($replication) {
    $others = @($replications | Where-Object { $_.VMName -eq $replication.VMName })
    if ($others.Count -eq 1) { return $replication.VMName }
    $machines = @($others | ForEach-Object { "$($_.VMId)" } | Select-Object -Unique)
    $parts = @($replication.VMName)
    if ($machines.Count -gt 1) { $parts += "$($replication.VMId)" }
    if ($machines.Count -lt $others.Count) { $parts += "$($replication.ReplicationRelationshipType)" }
    $parts -join ', '
}

foreach ($replication in $replications) {
    $health = $levels["$($replication.Health)"]
    $item = @{ health = if ($null -eq $health) { 2 } else { $health } }
    if ($replication.LastReplicationTime) {
        $age = ($now - $replication.LastReplicationTime).TotalMinutes
        $item.minutes = [Math]::Round([Math]::Max(0, $age), 1)
    }
    $measurement = $measurements | Where-Object {
        $_.VMId -eq $replication.VMId -and
        $_.ReplicationRelationshipType -eq $replication.ReplicationRelationshipType
    } | Select-Object -First 1
    if ($null -ne $measurement.PendingReplicationSize) {
        $item.pending = [Math]::Round($measurement.PendingReplicationSize / 1mb, 1)
    }
    $items[(Get-ItemName $replication)] = $item
}
if ($items.Count -eq 0) { throw 'No virtual machine of this host is replicated.' }
@{ items = $items } | ConvertTo-Json -Depth 3 -Compress
