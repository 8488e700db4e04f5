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
foreach ($replication in Get-VMReplication) {
    $health = $levels["$($replication.Health)"]
    $item = @{ health = if ($null -eq $health) { 2 } else { $health } }
    if ($replication.LastReplicationTime) {
        $age = ($now - $replication.LastReplicationTime).TotalMinutes
        $item.minutes = [Math]::Round([Math]::Max(0, $age), 1)
    }
    $pending = (Measure-VMReplication -VMName $replication.Name |
            Select-Object -First 1).PendingReplicationSize
    if ($null -ne $pending) { $item.pending = [Math]::Round($pending / 1mb, 1) }
    $items["$($replication.Name)"] = $item
}
if ($items.Count -eq 0) { throw 'No virtual machine of this host is replicated.' }
@{ items = $items } | ConvertTo-Json -Depth 3 -Compress
